import type { Participant } from '../../client/index.ts';

/** Who is writing, in a line that is always there, so that nothing moves. */
export function Typing({ typing }: { typing: readonly Participant[] }) {
  return (
    <div class="typing" dir="auto">
      {sentence(typing.map(({ username }) => username))}
    </div>
  );
}

function sentence([first, second, ...others]: string[]): string {
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  if (others.length === 0) return `${first} and ${second} are typing…`;
  return `${first}, ${second} and ${others.length} more are typing…`;
}
