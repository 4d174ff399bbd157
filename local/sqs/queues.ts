import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { arnOf } from '../cloudformation/attributes.ts';
import type { Resource } from '../cloudformation/resource.ts';

const queueSchema = z.object({ MessageRetentionPeriod: z.coerce.number().default(345_600) });

interface Message {
  readonly body: unknown;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

export interface Queue {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** What is in it, oldest first; nobody receives messages here. */
  messages(): readonly Message[];
  send(body: unknown): void;
  purge(): void;
}

/** The `AWS::SQS::Queue`s of the templates, as far as they are destinations of what was given up. */
export const readQueues = (resources: readonly Resource[], clock: Clock): Queue[] =>
  resources
    .filter(({ type }) => type === 'AWS::SQS::Queue')
    .map(({ type, logicalId, physicalId, account, properties }) => {
      const { MessageRetentionPeriod } = queueSchema.parse(properties);
      let kept: Message[] = [];
      const messages = () => {
        kept = kept.filter(({ sentAt }) => sentAt > clock.now() - MessageRetentionPeriod * 1000);
        return kept;
      };
      // `Ref` gives the URL of a queue, which ends in its name.
      const name = physicalId.split('/').at(-1) ?? '';
      return {
        ...{ logicalId, name },
        arn: arnOf(type, name, account),
        messages,
        send: (body) => kept.push({ body, sentAt: clock.now() }),
        purge: () => {
          kept = [];
        },
      };
    });
