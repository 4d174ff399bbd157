/** What the deployment tells the page: `/config.json`. */
export interface Config {
  /** Who issues tokens, where people do not come as guests. */
  issuer?: { url: string; viewers: 'token' | 'open' };
}

/** Never fails: without it, the page works for guests. */
export async function loadConfig(): Promise<Config> {
  try {
    const response = await fetch('/config.json');
    return response.ok ? ((await response.json()) as Config) : {};
  } catch {
    return {};
  }
}

const isLoopback = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host);

/** Whether this is the local stack, where requests need no credentials unless there is an issuer. */
export const isLocal = isLoopback(location.hostname);

/** Whether it is the issuer of `npm start -- --issuer`, which gives out any token. */
export const isLocalIssuer = ({ issuer }: Config): boolean =>
  isLocal && issuer !== undefined && isLoopback(new URL(issuer.url).hostname);
