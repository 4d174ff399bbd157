import type { Clock } from '../clock.ts';
import type { Account } from '../cloudformation/physical-id.ts';
import type { ServiceMetrics } from '../cloudwatch/service-metrics.ts';
import type { Faults } from '../faults.ts';
import type { Authorize } from '../iam.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../metering.ts';
import type { Integrations } from './integration.ts';
import type { ApiModel } from './model.ts';
import type { Settings } from './settings.ts';
import type { Throttle } from './throttle.ts';

/** What the parts of API Gateway share. */
export interface Gateway {
  readonly model: ApiModel;
  readonly origin: URL;
  /** Where an API seems to be. */
  readonly accountOf: (apiId: string) => Account;
  readonly integrations: Integrations;
  readonly throttle: Throttle;
  readonly clock: Clock;
  /** Changes while the stack runs: read it at each use. */
  readonly faults: Faults;
  readonly log: Log;
  readonly authorize: Authorize;
  /**
   * Told of each `PostToConnection` that sent its frame, with the session token of the environment that asked for it.
   * True: that environment has just been killed and must not hear the answer.
   */
  readonly onPost: (sessionToken: string) => boolean;
  readonly meter: Meter;
  readonly settings: Settings;
  readonly metrics: ServiceMetrics;
}

/** @param path such as `{apiId}/{stage}/{METHOD}/@connections/{id}` */
export const executeApiArn = ({ region, accountId }: Account, path: string): string =>
  `arn:aws:execute-api:${region}:${accountId}:${path}`;
