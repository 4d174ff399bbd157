/** Where the intrinsic functions of one template find what they refer to. */
export interface Scope {
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(exportName: string): unknown;
  stackOutput(stackName: string, outputName: string): unknown;
  condition(name: string): boolean;
  findInMap(map: string, first: string, second: string): unknown;
}

/** What cannot be resolved becomes this text, so that whoever uses it sees what it should have been. */
export const unresolved = (what: string) => `unresolved(${what})`;

/**
 * Resolves the intrinsic functions in a template value. What resolves to `AWS::NoValue` is left out.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((v) => resolve(v, scope)).filter((v) => v !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && /^(Ref|Condition|Fn::)/.test(first[0])) {
    const result = intrinsic(first[0], first[1], scope);
    if (result !== notIntrinsic) return result;
  }
  const resolved = entries.map(([key, v]) => [key, resolve(v, scope)] as const);
  return Object.fromEntries(resolved.filter(([, v]) => v !== undefined));
}

const notIntrinsic = Symbol();

function intrinsic(name: string, argument: unknown, scope: Scope): unknown {
  const list = (): unknown[] => {
    const resolved = resolve(argument, scope);
    return Array.isArray(resolved) ? resolved : [resolved];
  };
  const raw = Array.isArray(argument) ? argument : [argument];
  switch (name) {
    case 'Ref':
      return scope.ref(String(argument));
    case 'Fn::GetAtt': {
      const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list();
      return scope.getAtt(String(logicalId), attribute.join('.'));
    }
    case 'Fn::Join': {
      const [separator, parts] = list();
      return Array.isArray(parts) ? parts.map(String).join(String(separator)) : String(parts);
    }
    case 'Fn::Sub':
      return substitute(raw, scope);
    case 'Fn::Select': {
      const [index, from] = list();
      return Array.isArray(from) ? from[Number(index)] : unresolved(name);
    }
    case 'Fn::Split': {
      const [separator, text] = list();
      return String(text).split(String(separator));
    }
    case 'Fn::ImportValue':
      return scope.importValue(String(resolve(argument, scope)));
    case 'Fn::GetStackOutput': {
      const of = resolve(argument, scope);
      const has = typeof of === 'object' && of !== null && 'StackName' in of && 'OutputName' in of;
      return has ? scope.stackOutput(String(of.StackName), String(of.OutputName)) : unresolved(name);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list();
      return scope.findInMap(String(map), String(first), String(second));
    }
    case 'Fn::If':
      return resolve(raw[scope.condition(String(raw[0])) ? 1 : 2], scope);
    case 'Condition':
      // Also an ordinary key, as in an IAM statement; there its value is an object.
      return typeof argument === 'string' ? scope.condition(argument) : notIntrinsic;
    case 'Fn::Equals':
      return JSON.stringify(list()[0]) === JSON.stringify(list()[1]);
    case 'Fn::Not':
      return !list()[0];
    case 'Fn::And':
      return list().every(Boolean);
    case 'Fn::Or':
      return list().some(Boolean);
    case 'Fn::Base64':
      return Buffer.from(String(resolve(argument, scope))).toString('base64');
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${scope.ref('AWS::Region')}${zone}`);
    case 'Fn::ToJsonString':
      return JSON.stringify(resolve(argument, scope));
    case 'Fn::Length':
      return list().length;
    default:
      return unresolved(name);
  }
}

function substitute([text, variables]: unknown[], scope: Scope): string {
  const given = new Map(Object.entries((resolve(variables ?? {}, scope) as object | undefined) ?? {}));
  return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (given.has(name)) return String(given.get(name));
    const [logicalId = '', ...attribute] = name.split('.');
    return String(attribute.length > 0 ? scope.getAtt(logicalId, attribute.join('.')) : scope.ref(name));
  });
}
