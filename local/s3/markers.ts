/** How values take the place of their markers: one of the encodings below for single markers, else by `jsonEscape`. */
export interface MarkersConfig {
  readonly jsonEscape: boolean;
  readonly markerEncodings: Readonly<Record<string, string>>;
}

/** Puts the values that are known only at deployment in the place of their markers, as the CDK's handler does. */
export function markersReplaced(
  content: Buffer,
  markers: Readonly<Record<string, unknown>> = {},
  config: MarkersConfig = { jsonEscape: false, markerEncodings: {} },
): Buffer {
  if (Object.keys(markers).length === 0) return content;
  let text = content.toString('latin1');
  for (const [marker, value] of Object.entries(markers)) {
    const encoding =
      config.markerEncodings[marker] ?? (config.jsonEscape ? 'UNQUOTED_JSON_VALUE' : 'LITERAL');
    // By bytes: the file may be of any kind.
    const bytes = Buffer.from(encoded(value, encoding)).toString('latin1');
    text = text.replaceAll(marker, () => bytes);
  }
  return Buffer.from(text, 'latin1');
}

function encoded(value: unknown, encoding: string): string {
  const json = JSON.stringify(value);
  if (encoding === 'UNQUOTED_JSON_VALUE') return json.replace(/^"(.*)"$/s, '$1');
  if (encoding === 'JSON_VALUE') return json;
  if (encoding === 'YAML_STRING') return /^[A-Za-z][\w.-]*$/.test(String(value)) ? String(value) : json;
  return String(value);
}
