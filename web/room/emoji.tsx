import { useLayoutEffect, useRef } from 'preact/hooks';

const common = [
  ...['👍', 'thumbs up', '❤️', 'heart', '😂', 'tears of joy', '👏', 'applause', '🎉', 'party', '🔥', 'fire'],
  ...['🙏', 'thank you', '👀', 'eyes', '🙂', 'smile', '😍', 'in love', '🤔', 'thinking', '😮', 'astonished'],
  ...[
    '😢',
    'crying',
    '😅',
    'phew',
    '😎',
    'cool',
    '🤯',
    'mind blown',
    '👋',
    'wave',
    '✅',
    'done',
    '❓',
    'question',
  ],
  ...['💡', 'idea', '🚀', 'rocket', '⭐', 'star', '💯', 'hundred points', '🎂', 'cake'],
];

/** A few emoji to pick from; the keyboard of the system has all of them. */
export function Emoji({ onPick }: { onPick: (emoji: string) => void }) {
  const panel = useRef<HTMLFieldSetElement>(null);
  useLayoutEffect(() => panel.current?.querySelector('button')?.focus(), []);
  const pairs = common.flatMap((emoji, index) => (index % 2 ? [] : [[emoji, common[index + 1]] as const]));
  return (
    <fieldset ref={panel} class="emoji" aria-label="Emoji to insert">
      {pairs.map(([emoji, name]) => (
        <button
          type="button"
          class="bare"
          key={emoji}
          title={name}
          aria-label={name}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </fieldset>
  );
}
