import { blankReading, type CommandLine, type Ecosystem, type Project } from './project.ts';

export const ruby: Ecosystem = {
  name: 'bundler',
  holdsParts: false,
  read(project) {
    if (!project.has('Gemfile')) return null;
    const test = testCommand(project);
    const isLocked = project.has('Gemfile.lock');
    // A gem that ignores its lock file resolves anew on purpose.
    const installs = isLocked || project.isIgnored('Gemfile.lock');
    const from = isLocked ? 'Gemfile.lock' : 'Gemfile';
    return {
      ...blankReading('Gemfile'),
      install: installs ? { command: 'bundle install', from, programs: ['bundle'] } : null,
      test,
      unlocked: !installs,
      tools: ['bundle', ...(test?.command.startsWith('bin/') === true ? ['bin/rails'] : [])],
    };
  },
};

function testCommand(project: Project): CommandLine | null {
  const with_ = (command: string, from: string): CommandLine => ({ command, from, programs: ['bundle'] });
  const holds = (folder: string, end: string): boolean =>
    project.files.some((path) => path.startsWith(`${folder}/`) && path.endsWith(end));
  if (project.has('.rspec') || holds('spec', '_spec.rb'))
    return with_('bundle exec rspec', project.has('.rspec') ? '.rspec' : 'spec/');
  if (project.has('bin/rails') && holds('test', '_test.rb')) return with_('bin/rails test', 'bin/rails');
  const rakefile = ['Rakefile', 'rakefile', 'Rakefile.rb'].find((name) => project.has(name));
  if (rakefile === undefined) return null;
  const text = project.text(rakefile);
  return /TestTask|task\s*[:(]?\s*:?["']?test\b/.test(text) ? with_('bundle exec rake test', rakefile) : null;
}
