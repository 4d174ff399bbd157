import { type AttributeValue, type Item, isSet, membersOf, type Type, typeOf } from '../attribute-value.ts';
import { invalid } from '../errors.ts';
import { add } from '../numbers.ts';
import type { Bindings, ResolvedPath } from './bindings.ts';
import { changed, checkOverlaps } from './paths.ts';
import type { Operand, Path, Update } from './syntax.ts';

/** All paths that an update changes. Throws if it cannot be carried out on any item. */
export function checkUpdate(update: Update, bindings: Bindings): ResolvedPath[] {
  const fail = (what: string) => invalid(`Invalid UpdateExpression: ${what}`);
  const require = (name: string, operand: Operand | undefined, type: Type) => {
    const found = operand?.kind === 'value' ? typeOf(bindings.value(operand.ref)) : type;
    if (found !== type) {
      const which = `operator or function: ${name}, operand type: ${found}`;
      throw fail(`Incorrect operand type for operator or function; ${which}`);
    }
  };
  const check = (operand: Operand): void => {
    if (operand.kind === 'sum') {
      for (const one of [operand.left, operand.right]) {
        require(operand.sign === 1 ? '+' : '-', one, 'N');
        check(one);
      }
    } else if (operand.kind === 'call') {
      for (const one of operand.args) {
        if (operand.name === 'list_append') require(operand.name, one, 'L');
        check(one);
      }
    }
  };
  for (const { value } of update.set) check(value);
  const requireAny = (section: string, ref: string, allowed: (type: Type) => boolean) => {
    const type = typeOf(bindings.value(ref));
    if (allowed(type)) return;
    const which = `operator: ${section}, operand type: ${longNames[type]}`;
    throw fail(
      `Incorrect operand type for operator or function; ${which}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
    );
  };
  for (const { ref } of update.add) requireAny('ADD', ref, (type) => type === 'N' || isSet(type));
  for (const { ref } of update.delete) requireAny('DELETE', ref, isSet);
  const paths = pathsOf(update).map((path) => bindings.path(path));
  checkOverlaps('UpdateExpression', paths);
  return paths;
}

const longNames: Readonly<Record<Type, string>> = {
  ...{ S: 'STRING', N: 'NUMBER', B: 'BINARY', BOOL: 'BOOLEAN', NULL: 'NULL', L: 'LIST', M: 'MAP' },
  ...{ SS: 'STRING_SET', NS: 'NUMBER_SET', BS: 'BINARY_SET' },
};

const pathsOf = (update: Update): Path[] => [
  ...update.set.map(({ path }) => path),
  ...update.remove,
  ...[...update.add, ...update.delete].map(({ path }) => path),
];

/** The item after an update that was checked; what it refers to is the item before. */
export function updated(item: Item, update: Update, bindings: Bindings): Item {
  const changes: { path: ResolvedPath; value: AttributeValue | undefined }[] = [];
  for (const { path, value } of update.set)
    changes.push({ path: bindings.path(path), value: operandIn(item, value, bindings) });
  for (const path of update.remove) changes.push({ path: bindings.path(path), value: undefined });
  for (const { path, ref } of update.add)
    changes.push({ path: bindings.path(path), value: added(bindings.at(item, path), bindings.value(ref)) });
  for (const { path, ref } of update.delete) {
    const before = bindings.at(item, path);
    changes.push({ path: bindings.path(path), value: before && without(before, bindings.value(ref)) });
  }
  return changed(item, changes);
}

const wrongType = () => invalid('An operand in the update expression has an incorrect data type');

function operandIn(item: Item, operand: Operand, bindings: Bindings): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return bindings.value(operand.ref);
    case 'path': {
      const value = bindings.at(item, operand);
      if (!value)
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      return value;
    }
    case 'sum': {
      const { N: left } = operandIn(item, operand.left, bindings);
      const { N: right } = operandIn(item, operand.right, bindings);
      if (left === undefined || right === undefined) throw wrongType();
      return { N: add(left, right, operand.sign) };
    }
    case 'call': {
      const [first, second] = operand.args as [Operand, Operand];
      if (operand.name === 'if_not_exists')
        return bindings.at(item, first as Path) ?? operandIn(item, second, bindings);
      const { L: head } = operandIn(item, first, bindings);
      const { L: tail } = operandIn(item, second, bindings);
      if (!head || !tail) throw wrongType();
      return { L: [...head, ...tail] };
    }
  }
}

function added(before: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!before) return value;
  const type = typeOf(value);
  if (typeOf(before) !== type) throw wrongType();
  if (type === 'N') return { N: add(before.N ?? '0', value.N ?? '0') };
  return { [type]: [...new Set([...(membersOf(before) ?? []), ...(membersOf(value) ?? [])])] };
}

/** Undefined: a set without members is no set. */
function without(before: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const type = typeOf(value);
  if (typeOf(before) !== type) throw wrongType();
  const left = (membersOf(before) ?? []).filter((member) => !membersOf(value)?.includes(member));
  return left.length > 0 ? { [type]: left } : undefined;
}
