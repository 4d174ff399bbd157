import { useState } from 'preact/hooks';
import { ofBrowser } from './stores.ts';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const KEY = 'theme';
const kept = () => themes.find((theme) => theme === ofBrowser.getItem(KEY)) ?? 'system';

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Before anything is drawn. */
export const applyKeptTheme = () => apply(kept());

/** Goes through what there is. */
export function ThemeButton() {
  const [theme, setTheme] = useState(kept);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const icons = { system: '◐', light: '☀', dark: '☾' };
  return (
    <button
      type="button"
      class="bare"
      title={`Colours: ${theme}. Change to ${next}.`}
      aria-label={`Colours: ${theme}. Change to ${next}.`}
      onClick={() => {
        ofBrowser.setItem(KEY, next);
        apply(next);
        setTheme(next);
      }}
    >
      <span aria-hidden="true">{icons[theme]}</span>
    </button>
  );
}
