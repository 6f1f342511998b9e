import { blankReading, type CommandLine, type Ecosystem, type Project } from './project.ts';

export const php: Ecosystem = {
  name: 'composer',
  holdsParts: false,
  read(project) {
    if (!project.has('composer.json')) return null;
    const test = testCommand(project);
    const isLocked = project.has('composer.lock');
    // A library that ignores its lock file resolves anew on purpose.
    const installs = isLocked || project.isIgnored('composer.lock');
    const from = isLocked ? 'composer.lock' : 'composer.json';
    return {
      ...blankReading('composer.json'),
      install: installs ? { command: 'composer install --no-interaction', from, programs: ['composer'] } : null,
      test,
      unlocked: !installs,
      folders: ['vendor/'],
      tools: ['composer', 'php', ...(test?.command.startsWith('vendor/') === true ? [test.command] : [])],
    };
  },
};

function testCommand(project: Project): CommandLine | null {
  if (hasTestScript(project.text('composer.json')))
    return { command: 'composer test', from: 'composer.json', programs: ['composer'] };
  if (project.has('artisan')) return { command: 'php artisan test', from: 'artisan', programs: ['php'] };
  if (project.has('tests/Pest.php')) return { command: 'vendor/bin/pest', from: 'tests/Pest.php', programs: ['php'] };
  const config = ['phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml'].find((name) => project.has(name));
  return config === undefined ? null : { command: 'vendor/bin/phpunit', from: config, programs: ['php'] };
}

function hasTestScript(text: string): boolean {
  try {
    const data = JSON.parse(text) as { readonly scripts?: { readonly test?: unknown } } | null;
    return data?.scripts?.test !== undefined;
  } catch {
    return false;
  }
}
