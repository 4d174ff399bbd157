import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const isGenerated = (name: string) =>
  ['node_modules', '.git', '.build', 'cdk.out', 'coverage'].includes(name);

const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !isGenerated(name))
    .flatMap((entry) =>
      entry.isDirectory() ? pagesIn(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .filter((file) => file.endsWith('.md'));

/** Every page of the documentation, relative to `root`. */
export const pages: readonly string[] = pagesIn('');

export const read = (page: string): string => readFileSync(join(root, page), 'utf8');

export interface Snippet {
  page: string;
  /** Of its first line in the page, from 1. */
  line: number;
  /** What stands after the fence; empty if nothing does, or if there is no fence. */
  language: string;
  code: string;
}

/** The blocks of code of a page, fenced or indented. Those in lists are fenced, too, if there are any. */
export function snippetsOf(page: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: Snippet | undefined;
  let before = '';
  for (const [index, text] of read(page).split('\n').entries()) {
    const fence = /^\s*```(.*)$/.exec(text);
    if (fence && open) {
      snippets.push(open);
      open = undefined;
    } else if (fence) open = { page, line: index + 2, language: fence[1] ?? '', code: '' };
    else if (open) open.code += `${text}\n`;
    else if (/^ {4}\S/.test(text) && before === '') {
      snippets.push({ page, line: index + 1, language: '', code: text });
    }
    before = text.trim();
  }
  if (open) throw new Error(`${page}: the fence above line ${open.line} is not closed`);
  return snippets;
}
