import type { Write } from '../dynamodb/write.ts';
import type { CountedCall, ExecutionEnvironment } from './execution-environment.ts';

/** Such as `{"function": "SendMessage", "of": "MESSAGE#", "writes": 1, "times": 1}`. */
type KillAfter<Call extends CountedCall> = {
  function: string;
  of?: string | undefined;
  times: number;
} & Record<Call, number>;

/** The fault of that name, told of a call that was carried out. True if the environment has been killed. */
export function killAfter<Call extends CountedCall>(
  environment: ExecutionEnvironment | undefined,
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
  if (!counts(keys) || calls.filter(counts).length !== fault[call]) return false;
  fault.times--;
  void environment.kill();
  return true;
}
