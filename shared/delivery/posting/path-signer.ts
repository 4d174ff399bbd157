import { type BinaryLike, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import aws4, { type Credentials, type Request } from 'aws4';

const SERVICE = 'execute-api';

/** What may sign on one day (`20250101`) in one region. */
export function signingKey({ secretAccessKey }: Credentials, day: string, region: string): KeyObject {
  const hmac = (key: BinaryLike, data: string) => createHmac('sha256', key).update(data).digest();
  const regionKey = hmac(hmac(`AWS4${secretAccessKey}`, day), region);
  return createSecretKey(hmac(hmac(regionKey, SERVICE), 'aws4_request'));
}

/**
 * aws4 for requests to API Gateway that differ only in their path: what depends on nothing else is done once. The headers must
 * have the body's `X-Amz-Content-Sha256` and an `X-Amz-Date`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class PathSigner extends aws4.RequestSigner {
  readonly #key: KeyObject;
  readonly #headers: string[];
  readonly #canonicalHeaders: string;
  readonly #signedHeaders: string;
  readonly #scope: string;

  constructor(request: Request, credentials: Credentials, key: KeyObject) {
    super({ ...request, service: SERVICE }, credentials);
    this.#key = key;
    this.prepareRequest();
    this.#headers = Object.entries(this.request.headers ?? {}).flatMap(([name, value]) => [name, `${value}`]);
    this.#canonicalHeaders = super.canonicalHeaders();
    this.#signedHeaders = super.signedHeaders();
    this.#scope = super.credentialString();
  }

  /** All headers of the request for a path that is URL-encoded: a name, its value, the next name… */
  headersFor(path: string): string[] {
    this.parsedPath = { path, query: {} };
    return [...this.#headers, 'Authorization', this.authHeader()];
  }

  override canonicalHeaders(): string {
    return this.#canonicalHeaders;
  }

  override signedHeaders(): string {
    return this.#signedHeaders;
  }

  override credentialString(): string {
    return this.#scope;
  }

  /** aws4's own gives Node the key's bytes, for which Node 24 takes eight times as long. */
  override signature(): string {
    return createHmac('sha256', this.#key).update(this.stringToSign()).digest('hex');
  }
}
