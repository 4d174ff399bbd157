import type { Write } from '../dynamodb/write.ts';
import type { CountedCall, Environment } from './execution-environment.ts';

/** Such as `{"function": "SendMessage", "of": "MESSAGE#", "writes": 1, "times": 1}`. */
type KillAfter<Call extends CountedCall> = {
  function: string;
  of?: string | undefined;
  times: number;
} & Record<Call, number>;

/** The calls of an invocation that were made before a fault was set do not count. */
const firstSeen = new WeakMap<object, WeakMap<object, number>>();

function since<T>(fault: object, calls: readonly T[]): readonly T[] {
  const firsts = firstSeen.get(fault) ?? new WeakMap<object, number>();
  firstSeen.set(fault, firsts);
  const first = firsts.get(calls) ?? calls.length - 1;
  firsts.set(calls, first);
  return calls.slice(first);
}

/** The fault of that name, told of a call that was carried out. True if the environment has been killed. */
export function killAfter<Call extends CountedCall>(
  environment: Environment | undefined,
  call: Call,
  fault: KillAfter<Call> | undefined,
  { keys }: Pick<Write, 'keys'> = { keys: [] },
): boolean {
  if (!environment) return false;
  const calls = environment.calls[call];
  calls.push(keys);
  if (!fault || fault.times === 0 || !environment.fn.logicalId.includes(fault.function)) return false;
  const { of = '' } = fault;
  const counts = (those: readonly string[]) => of === '' || those.some((key) => key.includes(of));
  if (!counts(keys) || since(fault, calls).filter(counts).length !== fault[call]) return false;
  fault.times--;
  void environment.kill();
  return true;
}
