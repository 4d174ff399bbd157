import { chatApp } from './app.ts';

// What `npm start` runs in a process of its own, which can be ended at any time: synthesis never lets go of its thread.
// The templates are those of `npm run synth`, without its checks, which take seconds and do not change the templates.
const { context, outdir } = JSON.parse(process.argv[2] ?? '{}');
chatApp({ context, outdir, isLocal: true, checks: false }).synth();
