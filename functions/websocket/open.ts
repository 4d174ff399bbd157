import { open } from '../../shared/chat/open.ts';
import { openTable } from '../../shared/store/table.ts';
import { environment } from '../context/environment.ts';
import { log, observed } from '../context/observe.ts';
import { poster } from '../context/poster.ts';

/** What `$connect` invokes it with, asynchronously. */
export interface OpenEvent {
  connectionId: string;
  /** Engine.IO's id of the connection. */
  sid: string;
}

const table = openTable(environment.tableName);

export const handler = observed(
  ({ connectionId }: OpenEvent) => ({ connectionId }),
  ({ connectionId, sid }) => open({ table, poster, log, settings: environment.settings }, connectionId, sid),
);
