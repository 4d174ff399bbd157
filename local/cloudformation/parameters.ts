import type { Stack } from './assembly.ts';

/** By name, or by `stack:name` for one stack alone, as `cdk deploy --parameters` has them. */
export type GivenParameters = Readonly<Record<string, string>>;

/**
 * The parameter's value: the given one, else the place of an asset, else the default. Lists are split at commas.
 *
 * @throws if there is none
 */
export function parameterValue(stack: Stack, name: string, given: GivenParameters): unknown {
  const { Type = 'String', Default } = stack.template.Parameters[name] ?? {};
  const chosen = givenValue(stack, name, given) ?? stack.assetParameters?.get(name);
  if (chosen === undefined && Type.startsWith('AWS::SSM::Parameter::Value')) {
    throw new Error(
      `The parameter ${name} of ${stack.name} is read from Systems Manager (${Default}), which does not run here: ${how(stack, name)}`,
    );
  }
  const value = chosen ?? Default;
  return /^(CommaDelimitedList|List<)/.test(Type) && value !== undefined
    ? String(value)
        .split(',')
        .map((item) => item.trim())
    : value;
}

/** @throws if CloudFormation would: a parameter has neither a value nor a default, or nobody has one that is given */
export function checkParameters(stacks: readonly Stack[], given: GivenParameters): void {
  for (const stack of stacks) {
    const missing = Object.entries(stack.template.Parameters).find(
      ([name, { Default }]) => (Default ?? parameterValue(stack, name, given)) === undefined,
    );
    if (missing) {
      const [name] = missing;
      throw new Error(`The parameter ${name} of ${stack.name} has no default: ${how(stack, name)}`);
    }
  }
  const names = stacks.flatMap(({ name: stack, template }) =>
    Object.keys(template.Parameters).flatMap((name) => [name, `${stack}:${name}`]),
  );
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown) throw new Error(`--parameters ${unknown}=…: no stack has a parameter of this name.`);
}

const how = ({ name: stack }: Stack, name: string) => `give its value with --parameters ${stack}:${name}=…`;

function givenValue({ name: stack }: Stack, name: string, given: GivenParameters): string | undefined {
  const values = new Map(Object.entries(given));
  return values.get(`${stack}:${name}`) ?? values.get(name);
}
