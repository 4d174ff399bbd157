/** The pairs of an option that may be given several times, as `-c key=value`. Throws in a sentence for the user. */
export function pairsOf(option: string, pairs: readonly string[] = []): Record<string, string> {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`${option} ${pair}: expected key=value.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return Object.fromEntries(entries);
}
