import type { Faults } from '../faults.ts';
import type { LambdaService } from './lambda-service.ts';

/** The fault of that name, told of a write that was carried out. True if the environment has been killed. */
export function killAfterWrites(
  lambda: LambdaService,
  { killAfterWrites: fault }: Faults,
  environmentId: string,
): boolean {
  const counted = lambda.countWrite(environmentId);
  if (!counted || !fault || fault.times === 0) return false;
  const { environment, writes } = counted;
  if (writes !== fault.writes || !environment.fn.logicalId.includes(fault.function)) return false;
  fault.times--;
  void environment.kill();
  return true;
}
