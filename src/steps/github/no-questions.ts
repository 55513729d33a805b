/** For a git that talks to a remote: nobody is there to be asked, neither in the terminal nor by a window. */
export const NO_QUESTIONS: Readonly<Record<string, string | undefined>> = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: undefined,
  SSH_ASKPASS_REQUIRE: 'never',
};
