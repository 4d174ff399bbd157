/** What the documents of both APIs have in common. */
export const about = {
  title: 'Live event chat',
  version: '1.0.0',
  license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
};
