/**
 * Whether a text is as a LIKE pattern says: `%` is any text, `_` one UTF-16 unit, and after a backslash a sign stands for itself. In time of the
 * product of both lengths at most.
 */
export function matchesLike(text: string, pattern: string): boolean {
  let [at, place, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    const sign = pattern[place];
    const escaped = sign === '\\' ? pattern[place + 1] : undefined;
    if (sign === '%') {
      star = place++;
      from = at;
    } else if (escaped === undefined ? sign === '_' || sign === text[at] : escaped === text[at]) {
      place += escaped === undefined ? 1 : 2;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  while (pattern[place] === '%') place++;
  return place >= pattern.length;
}
