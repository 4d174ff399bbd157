import type { TestProject } from 'vitest/node';
import { chatAssembly } from '../support/assemblies.ts';
import { runChatHere } from '../support/run-chat.ts';
import { unlimited } from './chat-stack.ts';
import { chatWithIssuer } from './chat-with-issuer.ts';

/** The same with functions in this process, and the assembly of a chat for guests, so that no worker has to load the CDK. */
export default async function setup(project: TestProject) {
  const stop = await chatWithIssuer(runChatHere)(project);
  await chatAssembly(unlimited);
  return stop;
}
