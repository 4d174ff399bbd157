import { Stack, type StackProps } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { chatTable } from './constructs/table.ts';
import type { Settings } from './context-settings.ts';

/** The table, which is kept when everything else is deleted. */
export class DataStack extends Stack {
  readonly table: ITable;

  constructor(scope: Construct, id: string, props: StackProps & { settings: Settings }) {
    super(scope, id, props);
    this.table = chatTable(this, 'Table', props.settings);
  }
}
