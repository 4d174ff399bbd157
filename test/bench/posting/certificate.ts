import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key of its own and a certificate for 127.0.0.1, as PEM files; a process trusts it by `NODE_EXTRA_CA_CERTS`. */
export interface Certificate {
  keyFile: string;
  certFile: string;
  remove(): void;
}

/** @throws if there is no `openssl` on the path: Node can read certificates, not make them */
export function newCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const file = ['-days', '1', '-out', certFile];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, ...file], { stdio: 'pipe' });
  return { keyFile, certFile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
