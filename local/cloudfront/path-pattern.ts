/**
 * Tells whether a path matches the pattern of a cache behavior: `*` is any number of characters, slashes too, `?` is exactly
 * one, case matters, and a leading slash may be left out of the pattern.
 *
 * "Path pattern": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
 */
export function matchesPathPattern(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/^\/?/, '/')
    .replace(/[\\^$.+()|[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(normalized(path));
}

/**
 * Paths are normalized only to find their behavior: multiple slashes become one, dot segments go. The origin is asked for
 * the path as it was sent. (The same page.)
 */
function normalized(path: string): string {
  const segments: string[] = [];
  const parts = path
    .replace(/\/{2,}/g, '/')
    .split('/')
    .slice(1);
  for (const [i, part] of parts.entries()) {
    if (part === '..') segments.pop();
    else if (part !== '.') segments.push(part);
    if ((part === '.' || part === '..') && i === parts.length - 1) segments.push('');
  }
  return `/${segments.join('/')}`;
}
