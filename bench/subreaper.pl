#!/usr/bin/perl
# subreaper.pl FILE PROGRAM [ARG...]: runs a program and writes into FILE its seconds of wall time, and the CPU seconds of
# it and of everything that it ever started, what outlived its parent included (Linux: orphans come to us). Node can't
# ask for that.
use strict;
use POSIX ();
use Time::HiRes ();
my ($file, @program) = @ARGV;
my $machine = (POSIX::uname())[4];
my $prctl = $machine eq 'x86_64' ? 157 : $machine eq 'aarch64' ? 167 : exit 3;
syscall($prctl, 36, 1, 0, 0, 0) == 0 or exit 3;    # PR_SET_CHILD_SUBREAPER
exit 0 unless @program;                            # only asked whether it would work
my $begin = Time::HiRes::time();
my $child = fork() // die "fork: $!";
if ($child == 0) { exec @program or die "$program[0]: $!" }
my ($code, $wall) = (1, 0);
while ((my $pid = wait()) > 0) {
    ($code, $wall) = ($? >> 8 || $? & 127, Time::HiRes::time() - $begin) if $pid == $child;
}
my ($user, $system, $children_user, $children_system) = times;
open(my $out, '>', $file) or die "$file: $!";
print $out $wall, " ", $children_user + $children_system, "\n";
exit $code;
