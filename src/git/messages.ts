// opening the repository
export const gitTooOld = (version: string): string => `git is version ${version}; kanban needs 2.39 or newer`;
export const INSTALL_NEWER_GIT = 'install a newer git: https://git-scm.com/downloads';
export const INSTALL_GIT = 'install git 2.39 or newer: https://git-scm.com/downloads';
export const cannotRunGit = (reason: string): string => `git cannot be run: ${reason}`;
export const BARE = 'this repository is bare, and no worktree has the base branch checked out: the board has no folder';
export const ADD_WORKTREE = 'git worktree add main main    # then run kanban there; or clone it';
export const notTrusted = (folder: string): string => `git does not trust ${folder}, because another user owns it`;
export const noRepository = (folder: string): string => `${folder} is not in a git repository`;
export const noFolder = (folder: string): string => `${folder} does not exist`;
export const GO_TO_REPOSITORY = 'go to your repository';

// commits
export const SPAWNER_ENDED = 'the process that starts git has ended';
export const NO_IDENTITY = 'git has no name and email for commits';
export const SET_IDENTITY =
  'git config --global user.name "Your Name" && git config --global user.email you@example.com';
export const notSigned = (reason: string): string => `the commit could not be signed: ${reason}`;
export const FIX_SIGNING =
  'make `git commit -S` work without a prompt (with an agent that keeps the passphrase), or: git config commit.gpgsign false';

export const UPDATE_REF_ENDED = 'git update-ref ended without an answer';
