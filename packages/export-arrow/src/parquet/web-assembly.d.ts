// What parquet-wasm's types name and Node's do not declare; nothing here uses it.
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Table {
    readonly length: number;
  }
}
