/** Only undici's pool, without its `fetch` and all that belongs to it: a third of the bundle size. */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
