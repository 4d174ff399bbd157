import type { Participant } from '../../client/index.ts';

const graphemes = new Intl.Segmenter();

/** The first letter of the name, in a colour that follows from the id. */
export function Avatar({ id, username }: Pick<Participant, 'id' | 'username'>) {
  const { segment: letter = '?' } = graphemes.segment(username)[Symbol.iterator]().next().value ?? {};
  return (
    <span class="avatar" aria-hidden="true" style={`--hue: ${hueOf(id)}`}>
      {letter.toUpperCase()}
    </span>
  );
}

function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3_600;
  return hash / 10;
}
