import { useState } from 'preact/hooks';

export interface EventRules {
  blockedWords: string[];
  links: 'allow' | 'deny';
  repeats: 'allow' | 'deny';
}

/** What nobody but moderators may send. */
export function Rules({ rules, onSave }: { rules: EventRules; onSave: (rules: EventRules) => void }) {
  const [words, setWords] = useState(rules.blockedWords.join('\n'));
  const [links, setLinks] = useState(rules.links);
  const [repeats, setRepeats] = useState(rules.repeats);
  const opposite = (rule: 'allow' | 'deny') => (rule === 'deny' ? 'allow' : 'deny');
  return (
    <form
      class="form"
      aria-label="Rules"
      onSubmit={(submit) => {
        submit.preventDefault();
        const blockedWords = words
          .split('\n')
          .map((word) => word.trim())
          .filter(Boolean);
        onSave({ blockedWords, links, repeats });
      }}
    >
      <label>
        Blocked words and phrases, one a line
        <textarea rows={4} value={words} onInput={(input) => setWords(input.currentTarget.value)} />
      </label>
      <label class="check">
        <input type="checkbox" checked={links === 'deny'} onChange={() => setLinks(opposite(links))} />
        No links
      </label>
      <label class="check">
        <input type="checkbox" checked={repeats === 'deny'} onChange={() => setRepeats(opposite(repeats))} />
        No repeats
      </label>
      <button type="submit">Save rules</button>
    </form>
  );
}
