import { blankReading, type Ecosystem, type Project } from './project.ts';

export const cargo: Ecosystem = {
  name: 'cargo',
  holdsParts: true,
  read(project) {
    if (!project.has('Cargo.toml')) return null;
    const workspace = /^\[workspace\]/m.test(project.text('Cargo.toml')) ? ' --workspace' : '';
    return {
      ...blankReading('Cargo.toml'),
      install: project.has('Cargo.lock')
        ? { command: 'cargo fetch --locked', from: 'Cargo.lock', programs: ['cargo'] }
        : null,
      test: { command: `cargo test${workspace}`, from: 'Cargo.toml', programs: ['cargo'] },
      folders: ['target/'],
      tools: ['cargo'],
    };
  },
};

/** A module inside a module is one of its own: `./...` leaves it out. */
export const go: Ecosystem = {
  name: 'go',
  holdsParts: false,
  read(project) {
    const isWorkspace = project.has('go.work');
    const manifest = isWorkspace ? 'go.work' : 'go.mod';
    if (!project.has(manifest)) return null;
    const modules = isWorkspace ? usedModules(project.text('go.work')) : ['./...'];
    return {
      ...blankReading(manifest),
      install: project.has('go.sum') ? { command: 'go mod download', from: 'go.sum', programs: ['go'] } : null,
      test: { command: `go test ${modules.join(' ')}`, from: manifest, programs: ['go'] },
      tools: ['go'],
    };
  },
};

/** `use ./api`, or a block of them: `./api/...`. */
function usedModules(text: string): readonly string[] {
  const block = [...text.matchAll(/^use\s*\(([^)]*)\)/gm)].flatMap(([, lines = '']) => lines.split('\n'));
  const single = [...text.matchAll(/^use\s+([^\s(]+)/gm)].map(([, path = '']) => path);
  const paths = [...block, ...single].map((line) => line.replace(/\/\/.*/, '').trim()).filter((path) => path !== '');
  return paths.map((path) => `${path.replace(/\/$/, '')}/...`);
}

export const dotnet: Ecosystem = {
  name: 'dotnet',
  holdsParts: true,
  read(project) {
    const inRoot = (shape: RegExp): readonly string[] =>
      project.files.filter((path) => !path.includes('/') && shape.test(path));
    const solutions = inRoot(/\.slnx?$/);
    const found = solutions.length > 0 ? solutions : inRoot(/\.(?:cs|fs|vb)proj$/);
    const manifest = found[0];
    if (manifest === undefined) return null;
    // dotnet wants to be told which, where there are several.
    const which = found.length > 1 ? ` ${/\s/.test(manifest) ? `'${manifest}'` : manifest}` : '';
    const locked = project.files.some((path) => path.endsWith('packages.lock.json')) ? ' --locked-mode' : '';
    return {
      ...blankReading(manifest),
      install: { command: `dotnet restore${which}${locked}`, from: manifest, programs: ['dotnet'] },
      test: { command: `dotnet test${which}`, from: manifest, programs: ['dotnet'] },
      folders: ['bin/', 'obj/'],
      tools: ['dotnet'],
    };
  },
};

/** The wrapper in the repository, which brings the right version; it needs Java only. */
function wrapper(project: Project, name: string, program: string): { readonly start: string; readonly needs: string } {
  if (!project.has(name)) return { start: program, needs: program };
  return { start: project.isExecutable(name) ? `./${name}` : `sh ./${name}`, needs: 'java' };
}

/** Maven fetches what it needs when it tests. */
export const maven: Ecosystem = {
  name: 'maven',
  holdsParts: true,
  read(project) {
    if (!project.has('pom.xml')) return null;
    const { start, needs } = wrapper(project, 'mvnw', 'mvn');
    return {
      ...blankReading('pom.xml'),
      test: { command: `${start} -B test`, from: 'pom.xml', programs: [needs] },
      folders: ['target/'],
      tools: [start],
    };
  },
};

/** Without a daemon: the daemon of one run would serve another, and ends with the run that started it. */
export const gradle: Ecosystem = {
  name: 'gradle',
  holdsParts: true,
  read(project) {
    const manifest = ['settings.gradle.kts', 'settings.gradle', 'build.gradle.kts', 'build.gradle'].find((name) =>
      project.has(name),
    );
    if (manifest === undefined) return null;
    const { start, needs } = wrapper(project, 'gradlew', 'gradle');
    return {
      ...blankReading(manifest),
      test: { command: `${start} --no-daemon test`, from: manifest, programs: [needs] },
      folders: ['build/', '.gradle/'],
      tools: [start],
    };
  },
};
