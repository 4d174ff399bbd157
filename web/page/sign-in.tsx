import { useState } from 'preact/hooks';
import { type Config, isLocalIssuer } from './config.ts';
import { examples, keepPerson, type Person, readToken } from './person.ts';

export interface SignInProps {
  config: Config;
  person: Person | undefined;
  onChange: () => void;
}

/** Who one is, where tokens say so. The local issuer gives anybody's; another one's is pasted. */
export function SignIn({ config, person, onChange }: SignInProps) {
  const [error, setError] = useState('');
  if (!config.issuer) return null;

  const become = (kept: Parameters<typeof keepPerson>[0]) => {
    keepPerson(kept);
    setError('');
    onChange();
  };
  if (person) {
    return (
      <div class="sign-in">
        <span>{person.name}</span>
        <button type="button" class="bare" onClick={() => become(undefined)}>
          Sign out
        </button>
      </div>
    );
  }
  if (isLocalIssuer(config)) {
    return (
      <div class="sign-in">
        <span class="quiet">Sign in as</span>
        {examples.map((example) => (
          <button type="button" key={example.name} onClick={() => become(example)}>
            {example.name}
          </button>
        ))}
      </div>
    );
  }
  return (
    <form
      class="sign-in"
      onSubmit={(submit) => {
        submit.preventDefault();
        const token = String(new FormData(submit.currentTarget).get('token')).trim();
        try {
          become(readToken(token));
        } catch {
          setError('That is no token.');
        }
      }}
    >
      <input
        name="token"
        type="password"
        aria-label="Access token"
        placeholder="Access token"
        required
        autocomplete="off"
      />
      <button type="submit">Sign in</button>
      {error && (
        <span class="error" role="alert">
          {error}
        </span>
      )}
    </form>
  );
}
