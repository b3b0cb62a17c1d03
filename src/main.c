/* main.c - finds the command and runs it.
 * SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *summary;
    int (*run)(struct words words);
} commands[] = {
    {"run", "run a scene through a pipeline of ops (under mpirun, or alone)", command_run},
    {"info", "what a scene is and how its pixels would travel", command_info},
    {"ops", "the list of ops, or the help of one", command_ops},
    {"version", "the version", command_version},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *out)
{
    fputs("Usage: tilery COMMAND …\n\n"
          "Runs image-processing pipelines over satellite scenes, under MPI.\n\n",
          out);
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`tilery COMMAND --help` says more. An example:\n"
          "  mpirun -n 4 tilery run read scene.tif ! gaussian-blur --sigma-x=2 ! write out.tif\n",
          out);
}

static int unknown(const char *name)
{
    const char *names[N_COMMANDS];
    struct err e;

    for (int i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    const char *nearest = text_nearest(name, names, N_COMMANDS);
    err_usage(&e, "there is no command '%s'; %s%s%s", name, nearest ? "did you mean '" : "",
              nearest ? nearest : "`tilery --help` lists them", nearest ? "'?" : "");
    return complain(&e);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return end_output();
    }
    if (strcmp(name, "--version") == 0)
        name = "version";
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run((struct words){argc - 2, (const char *const *)argv + 2});
    return unknown(name);
}
