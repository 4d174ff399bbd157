export const inner = { handler: async () => 'deep' };
