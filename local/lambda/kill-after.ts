import type { CountedCall } from './execution-environment.ts';
import type { LambdaService } from './lambda-service.ts';

/** Such as `{"function": "SendMessage", "writes": 3, "times": 1}`. */
type KillAfter<Call extends CountedCall> = { function: string; times: number } & Record<Call, number>;

/** The fault of that name, told of a call that was carried out. True if the environment has been killed. */
export function killAfter<Call extends CountedCall>(
  lambda: LambdaService,
  call: Call,
  fault: KillAfter<Call> | undefined,
  environmentId: string,
): boolean {
  const counted = lambda.countCall(environmentId, call);
  if (!counted || !fault || fault.times === 0) return false;
  const { environment, calls } = counted;
  if (calls !== fault[call] || !environment.fn.logicalId.includes(fault.function)) return false;
  fault.times--;
  void environment.kill();
  return true;
}
