# Draws the plots of docs/performance.md. usage: gnuplot -e "data='FOLDER'; out='FOLDER'" plots.gp
set terminal svg size 900, 480 dynamic noenhanced font "sans,12" background "white"
set datafile separator "\t"
set grid ytics lc rgb "#dddddd"
set border 3 lc rgb "#888888"
set tics nomirror
set key top right
colours = "#1b6ca8 #e08e1d #4c9f4c #b0413e #7d5ba6 #6b7280"
do for [i = 1:6] { set linetype i lc rgb word(colours, i) lw 2 pt 7 ps 0.7 }

set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set xtics rotate by -35 left noenhanced
set bmargin 9

set output out."/rates.svg"
set title "Cold lookups a second, 1000 at once (more is better)"
set yrange [0:*]
plot data."/rates.dat" using 2:xtic(1) title "A", "" using 3 title "A+AAAA"

set output out."/processor.svg"
set title "Microseconds of processor time for a cold lookup, 1000 at once (less is better)"
set logscale y
set yrange [2:*]
plot data."/processor.dat" using 2:xtic(1) title "A", "" using 3 title "A+AAAA"

set output out."/pace.svg"
set title "Gaps of a 1 ms timer while names resolve, milliseconds (less is better)"
set yrange [0.5:*]
plot data."/pace.dat" using 2:xtic(1) title "p50", "" using 3 title "p99", "" using 4 title "p99.9", "" using 5 title "max"

set output out."/windows.svg"
set title "Cold lookups of A a second that end well, by how many are started at once"
unset logscale y
set yrange [0:*]
set bmargin 4
set xtics norotate center
set style data linespoints
set xrange [-0.2:4.6]
set xtics ("1" 0, "100" 1, "1,000" 2, "10,000" 3, "all" 4)
set key outside right
stats data."/windows.dat" using 2 nooutput
plot for [i = 0:STATS_blocks - 1] data."/windows.dat" index i using 1:2 title columnheader(1)
