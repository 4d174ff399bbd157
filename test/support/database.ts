import { inject } from 'vitest';
import type { Table } from '../../shared/store/table.ts';
import { newTableAt } from './table.ts';

/** An empty table on the suite's DynamoDB Local. */
export const newTable = (): Promise<Table> => newTableAt(inject('dynamodbEndpoint'));
