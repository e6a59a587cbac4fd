/** More than a city has devices; beyond, the memory starts afresh. */
const MOST = 50_000;
/** A longer key is nobody's every day. */
const LONGEST = 300;

/** The function with its answers remembered: what is asked with every message of a device is worked out once. */
export function remembered<T>(work: (key: string) => T): (key: string) => T {
  const answers = new Map<string, T>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = work(key);
    if (key.length > LONGEST) return answer;
    if (answers.size >= MOST) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}
