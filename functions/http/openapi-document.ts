import { OpenAPIHono } from '@hono/zod-openapi';
import { about } from './about.ts';
import * as moderationRoutes from './moderation-routes.ts';
import { tags } from './openapi.ts';
import * as routes from './routes.ts';

/** The security scheme of the routes that need credentials. */
const schemes = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  iam: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
} as const;

/** The HTTP API as an OpenAPI 3.1 document, for a stage with an issuer (`token`) or without one (`iam`). */
export function openApiDocument(credentials: keyof typeof schemes): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  for (const route of [...Object.values(routes), ...Object.values(moderationRoutes)]) {
    openAPIRegistry.registerPath(route);
  }
  openAPIRegistry.registerComponent('securitySchemes', 'credentials', schemes[credentials]);
  return getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      ...about,
      description:
        'Lists, creates and changes the events of the chat, reads their messages, and moderates them. What happens in an ' +
        'event is described in `/asyncapi.json`.',
    },
    servers: [{ url: '/', description: 'Where this document comes from.' }],
    tags: [...tags],
  });
}
