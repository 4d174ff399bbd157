import { openTable } from '../../shared/store/table.ts';
import { environment } from './environment.ts';

export const table = openTable(environment.tableName);
