import { randomBytes } from 'node:crypto';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { managementApi } from '../../../shared/delivery/posting/management-api.ts';
import { newPoster, type Poster } from '../../../shared/delivery/posting/poster.ts';

/** Static, so that nobody looks for any. With a session token, as in a Lambda. */
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: randomBytes(512).toString('base64'),
};

export const clientSettings = { region: 'us-east-1', credentials } as const;

/** The chat's poster, as functions have it. */
export const posterTo = (endpoint: string): Poster =>
  newPoster(managementApi(endpoint, new ApiGatewayManagementApiClient({ endpoint, ...clientSettings })));
