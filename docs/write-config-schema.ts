import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../infra/config-schema.ts';

/** Writes what editors check `config/*.json` with. Part of `npm run docs`. */
const file = fileURLToPath(new URL('../config/schema.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(configSchema(), null, 2)}\n`);
