import type { IConstruct } from 'constructs';

/**
 * Has resources created one after the other, in the order in which they are given. API Gateway refuses changes of one API that
 * come at the same time ("Unable to complete operation due to concurrent modification"), and CloudFormation would make all routes at once.
 */
export function oneAfterTheOther(): (resource: IConstruct) => void {
  let previous: IConstruct | undefined;
  return (resource) => {
    if (previous) resource.node.addDependency(previous);
    previous = resource;
  };
}
