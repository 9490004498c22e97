/** What a document says of itself. */
export interface DocumentInfo {
  readonly title?: string | undefined;
  readonly author?: string | undefined;
  readonly subject?: string | undefined;
  readonly keywords?: string | undefined;
  readonly creator?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly language?: string | undefined;
}

/** Who may open a document, and what they may do with it. */
export interface Encryption {
  /** Asked for when the document is opened. Absent: anybody may open it. */
  readonly userPassword?: string;
  /** Lifts the permissions. @default the user password */
  readonly ownerPassword?: string;
  /** `aes-256` (passwords of up to 127 bytes) or `aes-128` for older readers (Latin-1, 32 characters). @default 'aes-256' */
  readonly method?: 'aes-256' | 'aes-128';
  /** What those may do who open it without the owner password. @default all of it */
  readonly permissions?: {
    readonly printing?: boolean;
    readonly copying?: boolean;
    readonly modifying?: boolean;
  };
}

/** A picture of a document. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Number of its object. */
  readonly id: number;
}

/** The root of the page tree, and what all pages inherit from it. */
export interface PageRoot {
  /** Its children. */
  readonly kids: readonly number[];
  readonly pages: number;
  readonly resources: number;
  /** Left, bottom, right, top in points. */
  readonly mediaBox: readonly number[];
}
