import { writeFileSync } from 'node:fs';
import { settingsPropsSource } from '../infra/settings-props-source.ts';

writeFileSync(new URL('../infra/settings-props.ts', import.meta.url), settingsPropsSource());
