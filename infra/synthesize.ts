import { synthesizeLocally } from './local-assembly.ts';

// What `npm start` runs in a process of its own, which can be ended at any time: synthesis never lets go of its thread.
await synthesizeLocally(JSON.parse(process.argv[2] ?? '{}'));
