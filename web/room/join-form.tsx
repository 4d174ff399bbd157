import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface JoinFormProps {
  title: ComponentChildren;
  description?: string | undefined;
  /** The name to begin with. */
  name?: string;
  /** Whether the name is theirs to choose. */
  isNamed?: boolean;
  error?: string | undefined;
  onJoin: (username: string) => void;
  onWatch?: () => void;
}

/** Asks somebody for their name before they enter. */
export function JoinForm({
  title,
  description,
  name = '',
  isNamed = false,
  error,
  onJoin,
  onWatch,
}: JoinFormProps) {
  const [username, setUsername] = useState(name);
  return (
    <form
      class="join form"
      part="join"
      onSubmit={(submit) => {
        submit.preventDefault();
        onJoin(username.trim());
      }}
    >
      {title}
      {description && <p class="quiet">{description}</p>}
      {!isNamed && (
        <label>
          Your name
          <input
            required
            maxLength={32}
            autocomplete="nickname"
            value={username}
            onInput={(input) => setUsername(input.currentTarget.value)}
          />
        </label>
      )}
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="primary" disabled={!isNamed && username.trim() === ''}>
        Join
      </button>
      {onWatch && (
        <button type="button" onClick={onWatch}>
          Watch only
        </button>
      )}
    </form>
  );
}
