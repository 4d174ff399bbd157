import type { ComponentChildren } from 'preact';

/** Web addresses, without the punctuation that ends a sentence; a bracket at the end belongs to one that opens in them. */
const address =
  /https?:\/\/(?:\([^\s<>"'`()]*\)|[^\s<>"'`()])*(?:\([^\s<>"'`()]*\)|[^\s<>"'`.,:;!?()\]}])/giu;

/** Text as it is, with web addresses made clickable. */
export function LinkedText({ text }: { text: string }) {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    if (!URL.canParse(found)) continue;
    parts.push(text.slice(end, index));
    parts.push(
      <a href={found} target="_blank" rel="noopener noreferrer nofollow ugc">
        {found}
      </a>,
    );
    end = index + found.length;
  }
  parts.push(text.slice(end));
  return <>{parts}</>;
}
