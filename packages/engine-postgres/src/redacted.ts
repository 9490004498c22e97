const NAME = '"(?:[^"]|"")*"';
const TEXT = "'(?:[^']|'')*'";
const NUMBER = '(?<![\\w$.])-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?(?!\\w)';
const PIECES = new RegExp(
  `${NAME}|\\b(?:Sub|Init)Plan \\d+|[EBXebx]?${TEXT}|${NUMBER}|\\b(?:true|false)\\b`,
  'g',
);
const KEPT = /^(?:"|SubPlan|InitPlan)/;

/** A condition as the server prints it, with `?` in the place of each literal. Names and numbers of sub-plans stay. */
export function redacted(condition: string): string {
  return condition.replaceAll(PIECES, (piece) => (KEPT.test(piece) ? piece : '?'));
}
