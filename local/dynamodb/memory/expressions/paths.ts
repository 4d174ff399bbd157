import { type AttributeValue, attribute, type Item, setAttribute } from '../attribute-value.ts';
import { invalid } from '../errors.ts';
import type { ResolvedPath } from './bindings.ts';

type Mutable = Record<string, AttributeValue>;

const wrongPath = () => invalid('The document path provided in the update expression is invalid for update');

/** Puts values at paths of an item, or takes them away. `undefined` takes away. */
export function changed(
  item: Item,
  changes: readonly { path: ResolvedPath; value: AttributeValue | undefined }[],
): Item {
  const copy: Mutable = { ...item };
  const deep: typeof changes = changes.filter(({ path }) => path.length > 1);
  for (const { path, value } of changes) {
    if (path.length > 1) continue;
    const name = path[0] as string;
    if (value) setAttribute(copy, name, value);
    else delete copy[name];
  }
  const byRoot = new Map<string, typeof changes>();
  for (const change of deep) {
    const name = change.path[0] as string;
    byRoot.set(name, [...(byRoot.get(name) ?? []), { ...change, path: change.path.slice(1) }]);
  }
  for (const [name, inner] of byRoot) {
    const before = attribute(copy, name);
    if (!before) throw wrongPath();
    setAttribute(copy, name, changedValue(before, inner));
  }
  return copy;
}

function changedValue(
  value: AttributeValue,
  changes: readonly { path: ResolvedPath; value: AttributeValue | undefined }[],
): AttributeValue {
  const inList = typeof changes[0]?.path[0] === 'number';
  if (!inList) {
    if (!value.M) throw wrongPath();
    return { M: changed(value.M, changes) };
  }
  if (!value.L) throw wrongPath();
  const list: (AttributeValue | undefined)[] = [...value.L];
  const appended: { index: number; value: AttributeValue }[] = [];
  const byIndex = new Map<number, typeof changes>();
  for (const change of changes) {
    const index = change.path[0] as number;
    byIndex.set(index, [...(byIndex.get(index) ?? []), { ...change, path: change.path.slice(1) }]);
  }
  for (const [index, inner] of byIndex) {
    const [only] = inner;
    if (only?.path.length === 0) {
      // Indexes are those of the list as it was.
      if (index < list.length) list[index] = only.value;
      else if (only.value) appended.push({ index, value: only.value });
      continue;
    }
    const before = value.L[index];
    if (!before) throw wrongPath();
    list[index] = changedValue(before, inner);
  }
  appended.sort((a, b) => a.index - b.index);
  return { L: [...list.filter((one) => one !== undefined), ...appended.map((one) => one.value)] };
}

/** Throws if of two paths one leads to the other, or if they take a value for a list and for a map. */
export function checkOverlaps(kind: string, paths: readonly ResolvedPath[]): void {
  for (let second = 1; second < paths.length; second += 1) {
    for (let first = 0; first < second; first += 1) {
      const [a = [], b = []] = [paths[first], paths[second]];
      let at = 0;
      while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
      const meet = at === a.length || at === b.length;
      if (!meet && typeof a[at] === typeof b[at]) continue;
      const how = meet ? 'overlap' : 'conflict';
      throw invalid(
        `Invalid ${kind}: Two document paths ${how} with each other; must remove or rewrite one of these paths; ` +
          `path one: ${shownPath(a)}, path two: ${shownPath(b)}`,
      );
    }
  }
}

/** The parts of an item that a projection asks for. */
export function projected(item: Item, paths: readonly ResolvedPath[]): Item {
  const result: Mutable = {};
  const byRoot = new Map<string, ResolvedPath[]>();
  for (const path of paths) {
    const name = path[0] as string;
    byRoot.set(name, [...(byRoot.get(name) ?? []), path.slice(1)]);
  }
  for (const [name, rest] of byRoot) {
    const value = attribute(item, name);
    const part = value && partOf(value, rest);
    if (part) setAttribute(result, name, part);
  }
  return result;
}

function partOf(value: AttributeValue, paths: readonly ResolvedPath[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (typeof paths[0]?.[0] === 'string') {
    const part = value.M && projected(value.M, paths);
    return part && Object.keys(part).length > 0 ? { M: part } : undefined;
  }
  const indexes = [...new Set(paths.map(([index]) => index as number))].sort((a, b) => a - b);
  const parts = indexes.flatMap((index) => {
    const one = value.L?.[index];
    const rest = paths.filter((path) => path[0] === index).map((path) => path.slice(1));
    return (one && partOf(one, rest)) ?? [];
  });
  return parts.length > 0 ? { L: parts } : undefined;
}

/** As DynamoDB's errors show a path. */
export const shownPath = (path: readonly (string | number)[]) =>
  `[${path.map((segment) => (typeof segment === 'number' ? `[${segment}]` : segment)).join(', ')}]`;
