# What the other tests of the gateway show with plans that are made for the
# values at hand, again with plans for any: the planner computes what is
# constant before it is asked for, and must not fail where the call would not.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

$ENV{PLAN_CACHE_MODE} = 'force_generic_plan';
command_ok([ $^X, "$ENV{TESTDIR}/t/$_.pl" ], "$_ with plans for any values")
  foreach qw(130_gateway 134_moments 136_gateway_cut 136_gateway_fields 138_gateway_routes 139_gateway_lists 196_model_routes);
done_testing();
