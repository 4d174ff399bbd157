import { render } from 'preact';
import { App } from './app.tsx';
import { loadConfig } from './config.ts';
import { applyKeptTheme } from './theme.tsx';

applyKeptTheme();
const config = await loadConfig();
render(<App config={config} />, document.body);
