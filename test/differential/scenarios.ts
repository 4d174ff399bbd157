import { chatScenarios } from './chat-scenarios.ts';
import { clientScenarios } from './client-scenarios.ts';
import { presenceScenarios } from './presence-scenarios.ts';
import { recoveryScenarios } from './recovery-scenarios.ts';

/** By name. They use only unmodified socket.io-client and HTTP, so that they run against any server of the contract. */
export const scenarios = {
  ...presenceScenarios,
  ...chatScenarios,
  ...clientScenarios,
  ...recoveryScenarios,
};

export type ScenarioName = keyof typeof scenarios;
