import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type ITable,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { tableKeys } from '../../shared/store/keys.ts';
import type { Settings } from '../context-settings.ts';

/**
 * The table: the one that the settings name, such as one that was restored from a backup, or a new one. A new one is kept when
 * its stack is deleted, unless the deployment is ephemeral.
 */
export function chatTable(
  scope: Construct,
  id: string,
  { ephemeral, tableName, tableStreamArn }: Settings,
): ITable {
  const { index } = tableKeys;
  if (tableName !== undefined && tableStreamArn !== undefined) {
    const attributes = { tableName, tableStreamArn, globalIndexes: [index.name] };
    return TableV2.fromTableAttributes(scope, id, attributes) as ITable;
  }
  return new TableV2(scope, id, {
    partitionKey: { name: tableKeys.partition, type: AttributeType.STRING },
    sortKey: { name: tableKeys.sort, type: AttributeType.STRING },
    timeToLiveAttribute: tableKeys.timeToLive,
    // Sparse: of events only what is listed or to be looked at, connections and bans have the keys of the index.
    globalSecondaryIndexes: [
      {
        indexName: index.name,
        partitionKey: { name: index.partition, type: AttributeType.STRING },
        sortKey: { name: index.sort, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
    // Delivery needs only the key of the event head.
    dynamoStream: StreamViewType.KEYS_ONLY,
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: !ephemeral,
    removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  }) as ITable;
}
