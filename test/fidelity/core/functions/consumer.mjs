import { existsSync } from 'node:fs';

const value = (record, name) => record.dynamodb.NewImage?.[name]?.S;

// Prints what it gets. Items tell what happens: `waitFor` a file, `fail`, `failItem` (as a partial batch response).
export const handler = async ({ Records }) => {
  console.log(JSON.stringify({ started: Records.map((r) => r.dynamodb.SequenceNumber) }));
  for (const record of Records) {
    const file = value(record, 'waitFor');
    while (file && !existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(JSON.stringify({ records: Records }));
  if (Records.some((record) => value(record, 'fail'))) throw new Error('poison');
  return {
    batchItemFailures: Records.filter((record) => value(record, 'failItem')).map(({ dynamodb }) => ({
      itemIdentifier: dynamodb.SequenceNumber,
    })),
  };
};
